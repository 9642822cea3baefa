// x[k .. k + 3] of the input row at `row`, a 1 after the last for the bias, then zeros. Needs lib/input.wgsl.
fn input_four(row: u32, k: u32) -> vec4f {
  let at = vec4u(k, k + 1u, k + 2u, k + 3u);
  let safe = row + min(at, vec4u(FEATURES - 1u));
  let x = vec4f(input[safe.x], input[safe.y], input[safe.z], input[safe.w]);
  return select(select(vec4f(0.0), vec4f(1.0), at == vec4u(FEATURES)), x, at < vec4u(FEATURES));
}
