// The workflow an empty page offers: it branches, so its picture shows what the product does.

export const EXAMPLE = {
  name: "Route a parcel",
  description: "Decides by weight how a parcel travels. Run it with another weight and see the other way taken.",
  nodes: [
    { id: "weight", type: "number", position: { x: 0, y: 96 }, data: { label: "Weight in kg", value: 12 } },
    { id: "heavy", type: "condition", position: { x: 280, y: 96 }, data: { label: "Over 20 kg?", condition: "> 20" } },
    { id: "freight", type: "text_input", position: { x: 560, y: 0 }, data: { label: "By freight", text: "freight, 2 days" } },
    { id: "post", type: "text_input", position: { x: 560, y: 192 }, data: { label: "By post", text: "post, tomorrow" } },
    { id: "show", type: "visualization", position: { x: 840, y: 96 }, data: { label: "The decision", mode: "text" } },
  ],
  edges: [
    { id: "e1", source: "weight", target: "heavy" },
    { id: "e2", source: "heavy", sourceHandle: "true", target: "freight" },
    { id: "e3", source: "heavy", sourceHandle: "false", target: "post" },
    { id: "e4", source: "freight", target: "show" },
    { id: "e5", source: "post", target: "show" },
  ],
} as const;
