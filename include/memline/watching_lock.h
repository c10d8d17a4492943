/// \file The lock by which a process that writes to a trace from outside shows that it is there,
/// and that what it writes is not complete yet. It goes when the file is closed, however that process ends.
///
/// An open-file-description lock (fcntl_locking(2)) on the header page: the flock on the whole file is the program's own.
#pragma once

#include <fcntl.h>

#include "memline/trace_block.h"

namespace memline::trace {

/// For F_OFD_SETLK with F_RDLCK: several may write. For F_OFD_GETLK with F_WRLCK, after which l_type is F_UNLCK if nobody
/// else holds it.
inline struct flock watching_lock(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_len = kHeaderBytes;
  return lock;
}

}  // namespace memline::trace
