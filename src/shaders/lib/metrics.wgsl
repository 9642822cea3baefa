// Running sums of one member over the steps since they were cleared, read back once per epoch or every 100 ms.
// A sum is kept in two floats (Knuth's two-sum), so that a long epoch loses nothing to rounding.
struct Metrics {
  // Sum over windows of the loss of each.
  loss: f32,
  lossLow: f32,
  // Sum over windows of the mean absolute error of each.
  absolute: f32,
  absoluteLow: f32,
  // Windows counted.
  windows: u32,
  // Values that were NaN or infinite: targets, predictions, gradients, new weights. Training stops when it is not 0.
  bad: atomic<u32>,
  // Mean loss of the newest batch.
  batchLoss: f32,
  batchAbsolute: f32,
}

// NaN or infinity, by bits: WGSL compilers may assume that values are finite, so v != v finds nothing.
fn is_bad(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) >= 0x7f800000u;
}

// (high, low) + value
fn two_sum(sum: vec2f, value: f32) -> vec2f {
  let high = sum.x + value;
  let rest = high - sum.x;
  let low = (sum.x - (high - rest)) + (value - rest);
  return vec2f(high, sum.y + low);
}
