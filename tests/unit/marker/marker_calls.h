// What the marker test's files offer each other.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif
int call_everything_from_c(void);
int active_from_second_c_file(void);
int call_everything_from_cpp(void);
#ifdef __cplusplus
}
#endif
