// What changes from one training step to the next. One 256-byte slot of a uniform buffer per step of a submission
// (dynamic offset), written by src/engine/gpu/step-uniform.ts in this very order.
struct Step {
  // Position of the batch's first window in the member's window order.
  first: u32,
  // Rows of this batch; the last one of an epoch may be smaller than BATCH.
  count: u32,
  // Batches of the same pass over the data before this one.
  batchesBefore: u32,
  // Windows per member in `windows`.
  windowStride: u32,
  // Rows of the series between two time steps of a window.
  samplingRate: u32,
  // Learning rate of this step; Adam's bias corrections are in it already.
  learningRate: f32,
  // What each weight loses of itself before the update: weight decay * learning rate, 0 without weight decay.
  weightDecay: f32,
  // Drawn anew for every training step; dropout masks depend on it.
  seed: u32,
  // Of windows with one place changed: its time step, which is where the recurrence begins. Past the last time step for
  // windows as they are.
  changedStep: u32,
}
