// Loss of a batch, its gradient by the prediction, and the running sums, by one workgroup per member.
//
//   e = p - y     MSE    mean of e^2,                                          gradient 2 e / count
//                 MAE    mean of |e|,                                          gradient sign(e) / count
//                 Huber  mean of e^2 / 2 up to DELTA, DELTA |e| - DELTA^2 / 2  gradient clamp(e, -DELTA, DELTA) / count
//
// The mean runs over all B * STEPS * COLUMNS values of the batch as it is (a partial batch divides by its own count).
// 64 threads add every 64th value, then a fixed tree: the order depends on shapes alone.
// Needs lib/step.wgsl, lib/metrics.wgsl, the bindings `step`, `windows`, `targets`, `metrics`, and the kernel's own
// `predicted(at)` and `keep_gradient(at, value)`. targets [rows, COLUMNS]: step s of a window reads row (target row + s).
override COLUMNS: u32;
override LOSS: u32;    // 0 MSE, 1 MAE, 2 Huber
override DELTA: f32;   // where Huber's loss turns from square to straight

const LOSS_THREADS = 64u;
var<workgroup> sums: array<vec2f, LOSS_THREADS>;
var<workgroup> bad_values: array<u32, LOSS_THREADS>;

// The loss of one error, and its slope.
fn loss_of(error: f32) -> vec2f {
  let size = abs(error);
  if LOSS == 1u { return vec2f(size, sign(error)); }
  if LOSS == 0u { return vec2f(error * error, 2.0 * error); }
  return vec2f(select(DELTA * (size - 0.5 * DELTA), 0.5 * error * error, size <= DELTA), clamp(error, -DELTA, DELTA));
}

// Called by every thread of the workgroup. `width` is STEPS * COLUMNS, `batch` the rows of a full batch.
fn add_loss(member: u32, thread: u32, width: u32, batch: u32) {
  let elements = step.count * width;
  let scale = 1.0 / f32(elements);
  if thread < LOSS_THREADS {
    var sum = vec2f(0.0);  // loss, absolute error
    var bad = 0u;
    for (var n = thread; n < elements; n += LOSS_THREADS) {
      let window = windows[member * step.windowStride + step.first + n / width];
      let y = targets[window.y * COLUMNS + n % width];
      let at = member * batch * width + n;
      let p = predicted(at);
      let difference = p - y;
      let own = loss_of(difference);
      sum += vec2f(own.x, abs(difference));
      bad += select(0u, 1u, is_bad(p) || is_bad(y) || is_bad(difference * difference));
      keep_gradient(at, scale * own.y);
    }
    sums[thread] = sum;
    bad_values[thread] = bad;
  }
  for (var width_left = LOSS_THREADS / 2u; width_left > 0u; width_left /= 2u) {
    workgroupBarrier();
    if thread < width_left {
      sums[thread] += sums[thread + width_left];
      bad_values[thread] += bad_values[thread + width_left];
    }
  }
  if thread == 0u {
    let batch_means = sums[0] * scale;
    let windows_in_batch = f32(step.count);
    let loss = two_sum(vec2f(metrics[member].loss, metrics[member].lossLow), batch_means.x * windows_in_batch);
    let absolute = two_sum(vec2f(metrics[member].absolute, metrics[member].absoluteLow), batch_means.y * windows_in_batch);
    metrics[member].loss = loss.x;
    metrics[member].lossLow = loss.y;
    metrics[member].absolute = absolute.x;
    metrics[member].absoluteLow = absolute.y;
    metrics[member].windows += step.count;
    metrics[member].batchLoss = batch_means.x;
    metrics[member].batchAbsolute = batch_means.y;
    atomicAdd(&metrics[member].bad, bad_values[0] + select(0u, 1u, is_bad(batch_means.x)));
  }
}
