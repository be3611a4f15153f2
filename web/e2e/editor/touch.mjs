import "./hand.mjs";
