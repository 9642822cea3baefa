// Loss of a batch, its gradient by the prediction, and the running sums: lib/loss.wgsl over predictions that lie ready.
//
// shapes      windows [E, windows] (start row, target row) | prediction, prediction_gradient [E, B, STEPS, COLUMNS]
//             targets [rows, COLUMNS] | metrics [E]
// dispatch    (1, 1, E), workgroup 64
override BATCH: u32;
override STEPS: u32;
override HAS_GRADIENT: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> prediction: array<f32>;
@group(0) @binding(4) var<storage, read_write> prediction_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> metrics: array<Metrics>;

@compute @workgroup_size(LOSS_THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  add_loss(group.z, thread, STEPS * COLUMNS, BATCH);
}

fn predicted(at: u32) -> f32 {
  return prediction[at];
}

fn keep_gradient(at: u32, value: f32) {
  if HAS_GRADIENT { prediction_gradient[at] = value; }
}
