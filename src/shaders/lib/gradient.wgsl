// The gradient of one parameter as the optimizer sees it: its split-K parts added in order, then clipped.
// Needs lib/metrics.wgsl and the kernel's bindings `gradient_parts`, `norms`.
override PARAMETERS: u32;        // floats per member, padding included
override MEMBERS: u32;
override PARTS: u32;             // parts to add; 1 after gradient_norms, which adds them itself
override VARIABLES: u32;         // entries of `norms` per member
override CLIP: u32;              // 0 none, 1 each variable by its own norm, 2 all by the global norm
override CLIP_NORM: f32;

fn gradient_sum(member: u32, parameter: u32) -> f32 {
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) {
    sum += gradient_parts[(part * MEMBERS + member) * PARAMETERS + parameter];
  }
  return sum;
}

// Keras 3: clipnorm g * c / max(norm, c) with the variable's own norm, global_clipnorm g * c * min(1 / N, 1 / c) with the norm of all.
fn clip_factor(member: u32, parameter: u32) -> f32 {
  if CLIP == 0u { return 1.0; }
  var square = 0.0;
  for (var v = 0u; v < VARIABLES; v++) {
    let variable = norms[member * VARIABLES + v];
    let is_own = parameter >= variable.first && parameter < variable.first + variable.size;
    if CLIP == 2u || is_own { square += variable.square; }
  }
  return CLIP_NORM / max(sqrt(square), CLIP_NORM);
}
