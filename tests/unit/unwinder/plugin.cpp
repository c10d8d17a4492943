// A library to load and to drop. With UNWINDER_PLUGIN_EVENT its constructor makes an event.
#ifdef UNWINDER_PLUGIN_EVENT
extern "C" void probe_event();
[[gnu::constructor]] static void on_load() {
  probe_event();
  __asm__ volatile("");
}
#endif

[[gnu::noinline]] static void inner(void (*callback)(), int levels) {
  if (levels > 0) {
    inner(callback, levels - 1);
  } else {
    callback();
  }
  __asm__ volatile("");
}

extern "C" void unwinder_plugin_outer(void (*callback)(), int levels) {
  inner(callback, levels);
  __asm__ volatile("");
}
