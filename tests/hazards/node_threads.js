// Worker threads, a caught stack overflow, timers, and a child process.
const { Worker, isMainThread, parentPort } = require('worker_threads');
if (!isMainThread) {
  let text = '';
  for (let i = 0; i < 20000; ++i) text += i;
  parentPort.postMessage(text.length);
} else {
  const deep = () => deep() + 1;
  try {
    deep();
  } catch (error) {
    console.log(error instanceof RangeError);
  }
  const worker = new Worker(__filename);
  worker.on('message', (length) => {
    console.log('worker', length);
    require('child_process').execFile('/bin/echo', ['child'], (error, out) => console.log(out.trim(), error));
  });
}
