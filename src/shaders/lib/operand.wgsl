// What an LSTM's fused product multiplies, [x_t, 1, h_{t-1}] . [W; b; U]: of each row and time step D inputs, a 1 for the
// bias, zeros up to whole fours, then H values of h and zeros up to whole fours. Four rows of the batch and four k are one
// matrix, a column for each row, so that one load brings sixteen values and checks one index.
// `operand` is [E, GROUPS, SLOTS, FOURS], time step t in slot t % SLOTS; training keeps a slot for every time step.
override UNITS: u32;
override INPUT_FOURS: u32;  // ceil((D + 1) / 4)
override UNIT_FOURS: u32;   // ceil(H / 4)
override GROUPS: u32;       // groups of four rows a member has room for
override SLOTS: u32;        // time steps kept

fn operand_fours() -> u32 {
  return INPUT_FOURS + UNIT_FOURS;
}

// h of units past H is held at zero, so that nothing the padding holds is ever learned from.
fn zero_past_units(h: vec4f, four: u32) -> vec4f {
  return select(vec4f(0.0), h, 4u * four + vec4u(0u, 1u, 2u, 3u) < vec4u(UNITS));
}
