// Evaluated where code mentions Math.random: one that draws from the attempt's seed (sfc32). Answers what sets the seed.
(function () {
  "use strict";
  let a = 0, b = 0, c = 0, d = 0;
  const draw = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  Math.random = () => ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992;
  return (low, high) => {
    a = low | 0;
    b = high | 0;
    c = 0x9e3779b9 | 0;
    d = 1;
    for (let round = 0; round < 12; round++) draw();
  };
})()
