// Inverted dropout: an element is dropped with probability RATE, the others are scaled by 1 / (1 - RATE).
// Hash: PCG's output function, chained over the counters (Jarzynski and Olano, JCGT 2020). Integer arithmetic only, so
// masks are the same on every adapter; test/gpu/cases/programs.ts counts them again.
override RATE: f32;
override SALT: u32;  // which dropout layer of the model

fn pcg_hash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

fn dropout_factor(member: u32, element: u32) -> f32 {
  // step.seed grows by this for the next seed (models/fit.ts): a member draws the masks of a single run with its own seed.
  let seed = step.seed + member * 0x85ebca6bu;
  let bits = pcg_hash(pcg_hash(seed ^ SALT) + element);
  let uniform_value = f32(bits >> 8u) / 16777216.0;
  return select(0.0, 1.0 / (1.0 - RATE), uniform_value >= RATE);
}
