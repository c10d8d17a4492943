// Maps, buffers and a parser: code that the engine has compiled calls into its C++.
const map = new Map();
for (let i = 0; i < 3000; ++i) map.set('key' + i, Buffer.alloc(100 + i % 50));
console.log(map.size, JSON.parse(JSON.stringify([...map.keys()])).length);
