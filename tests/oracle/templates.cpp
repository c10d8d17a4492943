// Work for cc1plus: not compiled into anything.
template <int N>
struct Chain {
  Chain<N - 1> next;
  int field[N];
  template <class T>
  T get(T x) {
    return x + next.get(x) + field[N - 1];
  }
};
template <>
struct Chain<0> {
  template <class T>
  T get(T x) {
    return x;
  }
};
int use(Chain<60>& chain) {
  return chain.get(1) + static_cast<int>(chain.get(2.0)) + static_cast<int>(chain.get(3L));
}
