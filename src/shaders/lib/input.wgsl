// Where a layer's input x[b, t, k] lies. Windows are never materialised: with FROM_SERIES the input is the series
// [N, FEATURES] itself, shared by all members, and window b of the batch starts at a row of its own. Otherwise it is
// the output of the layer below: row b * STEPS + t of the member, INPUT_ROW_STRIDE floats apart.
// Needs lib/step.wgsl and the kernel's bindings `step`, `windows`, `input`.
override BATCH: u32;                // rows of a full batch: the stride of members
override STEPS: u32;                // rows per window: T, or 1 after the last LSTM
override FEATURES: u32;             // floats used of a row
override FROM_SERIES: bool;
override INPUT_MEMBER_STRIDE: u32;  // floats between members
override INPUT_ROW_STRIDE: u32;     // floats between rows
override INPUT_OFFSET: u32;         // floats before the first row: (T - 1) * H to read only the last h of each window

// Index of x[b, t, 0]. Rows at or past step.count are read as some valid row and never written.
fn input_row(member: u32, b: u32, t: u32) -> u32 {
  if FROM_SERIES { return (window_of(member, b).x + t * step.samplingRate) * FEATURES; }
  return member * INPUT_MEMBER_STRIDE + INPUT_OFFSET + (min(b, BATCH - 1u) * STEPS + t) * INPUT_ROW_STRIDE;
}

fn window_of(member: u32, b: u32) -> vec2u {
  return windows[member * step.windowStride + step.first + select(0u, b, b < step.count)];
}
