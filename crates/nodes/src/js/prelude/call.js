// Evaluated in every fresh engine: what calls the code of a node.
(function () {
  "use strict";
  const { freeze } = Object;
  const { isArray } = Array;
  const { parse } = JSON;
  const frozen = (value) => {
    if (typeof value !== "object" || value === null) return value;
    if (isArray(value)) for (let at = 0; at < value.length; at++) frozen(value[at]);
    else for (const key in value) frozen(value[key]);
    return freeze(value);
  };
  return (code, names) => {
    const n = frozen(parse(names));
    return code(n.input, n.inputs, n.item, n.index, n.vars, n.trigger, n.execution, n.workflow);
  };
})()
