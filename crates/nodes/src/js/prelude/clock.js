// Evaluated where code mentions Date: a Date that stands still at the attempt's time. Answers what sets that time.
(function () {
  "use strict";
  const { construct } = Reflect;
  const hide = (object, name, value) =>
    Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  let now = 0;
  const Clock = Date;
  const Fixed = function Date(...parts) {
    if (new.target === undefined) return new Clock(now).toString();
    return construct(Clock, parts.length === 0 ? [now] : parts, new.target);
  };
  Object.defineProperty(Fixed, "length", { value: 7 });
  Object.defineProperty(Fixed, "prototype", { value: Clock.prototype, writable: false });
  hide(Clock.prototype, "constructor", Fixed);
  hide(Fixed, "now", () => now);
  hide(Fixed, "parse", Clock.parse);
  hide(Fixed, "UTC", Clock.UTC);
  hide(globalThis, "Date", Fixed);
  return (instant) => {
    now = instant;
  };
})()
