! What gfortran allocates by itself and at the word allocate: temporaries of array expressions, strings that grow, components.
module work
  implicit none
  type node
    integer, allocatable :: values(:)
    type(node), pointer :: next => null()
  end type
contains
  subroutine fill(n, total)
    integer, intent(in) :: n
    real(8), intent(out) :: total
    real(8), allocatable :: a(:,:), b(:)
    allocate(a(n, n))
    a = 1.0d0
    allocate(b(n))
    b = matmul(a, a(:, 1))
    b = [b, b]
    total = sum(b)
    deallocate(a)
  end subroutine
  function chain(n) result(head)
    integer, intent(in) :: n
    type(node), pointer :: head, one
    integer :: i
    head => null()
    do i = 1, n
      allocate(one)
      allocate(one%values(i * 10))
      one%values = i
      one%next => head
      head => one
    end do
  end function
  recursive function fib(n) result(r)
    integer, intent(in) :: n
    integer :: r
    integer, allocatable :: t(:)
    allocate(t(n + 1))
    t = n
    if (n < 2) then
      r = n
    else
      r = fib(n - 1) + fib(n - 2)
    end if
  end function
  function text(n) result(s)
    integer, intent(in) :: n
    character(:), allocatable :: s
    s = repeat('x', n)
    s = s // 'tail'
  end function
end module
program main
  use work
  implicit none
  real(8) :: total
  type(node), pointer :: list
  character(:), allocatable :: s
  call fill(200, total)
  list => chain(20)
  s = text(5000)
  print *, total, fib(8), len(s), size(list%values)
end program
