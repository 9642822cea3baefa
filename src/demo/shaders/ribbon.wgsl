// Draws one gate or state of a kept trace as a field of bars, time by unit, straight from the buffer that the kernels' numbers
// were kept in. It computes no LSTM arithmetic: a bar's height and colour are value / scale.
//
// Every instance is a box of 36 vertices: 0 the floor, 1 to 4 the frame at the height of zero, then one for each step and unit.
// x runs along the time steps, z along the units, each from -1 to 1; y is the value, from -rise to rise.
//
// binding  what                                                   layout
// 0        Frame: camera, ramp, place of the trace, what is chosen  uniform, 288 bytes (written by ribbon-renderer.ts)
// 1        values [a kept trace]                                  read-only storage, f32
//
// Step t of unit u is values[offset + t * stepStride + u * unitStride]; with gates interleaved as vec4(i, f, c, o)
// unitStride is 4 and offset carries the gate.

const RAMP_STOPS: u32 = 9;
const FLOOR: u32 = 0;
const FRAME_EDGES: u32 = 4;
// Box tops that lie on the floor's own height would flicker with it: it lies a little lower.
const FLOOR_BELOW: f32 = 0.004;
const FLOOR_THICKNESS: f32 = 0.03;
const FLOOR_MARGIN: f32 = 0.06;
const FRAME_THICKNESS: f32 = 0.004;
// Faces that look up keep the ramp's colour exactly; the others are darker, so that a bar reads as solid.
const SHADE = vec3f(0.72, 1.0, 0.86);
// A number that is NaN or infinite: a colour the ramp does not have, as in heatmap.wgsl.
const BAD = vec3f(0.9, 0.1, 1.0);
// How much ink the chosen step and unit have on the floor.
const STRIP: f32 = 0.3;
// An outline, pixels, and the largest part of a face it may take.
const THIN: f32 = 1.2;
const THICK: f32 = 3.0;
const MOST_OF_FACE: f32 = 0.22;

struct Frame {
  viewProjection: mat4x4f,
  ramp: array<vec4f, RAMP_STOPS>,
  floorColour: vec3f,
  floorLevel: f32,
  ink: vec3f,
  rise: f32,
  cell: vec2f,
  bar: vec2f,
  inverseScale: f32,
  steps: u32,
  units: u32,
  offset: u32,
  stepStride: u32,
  unitStride: u32,
  chosenStep: u32,
  chosenUnit: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> values: array<f32>;

struct Box {
  low: vec3f,
  high: vec3f,
  colour: vec3f,
  outline: f32,
}

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) face: vec2f,
  @location(1) ground: vec2f,
  @location(2) @interpolate(flat) colour: vec3f,
  @location(3) @interpolate(flat) outline: f32,
  @location(4) @interpolate(flat) isFloor: u32,
}

fn ramp_colour(share: f32) -> vec3f {
  let position = (clamp(share, -1.0, 1.0) + 1.0) * 0.5 * f32(RAMP_STOPS - 1u);
  let index = min(u32(position), RAMP_STOPS - 2u);
  return mix(frame.ramp[index], frame.ramp[index + 1u], position - f32(index)).rgb;
}

fn floor_box() -> Box {
  let reach = 1.0 + FLOOR_MARGIN;
  let top = frame.floorLevel - FLOOR_BELOW;
  return Box(vec3f(-reach, top - FLOOR_THICKNESS, -reach), vec3f(reach, top, reach), frame.floorColour, 0.0);
}

// One edge of the square at y = 0; of no size where the floor lies there.
fn frame_box(edge: u32) -> Box {
  let thickness = select(FRAME_THICKNESS, 0.0, frame.floorLevel == 0.0);
  let along = f32(edge & 1u);
  let side = f32(edge >> 1u) * 2.0 - 1.0;
  let middle = vec3f(side * along, 0.0, side * (1.0 - along));
  let half = vec3f(1.0 - along, 0.0, along) * select(1.0, 0.0, thickness == 0.0) + vec3f(thickness);
  return Box(middle - half, middle + half, frame.ink, 0.0);
}

fn bar_box(index: u32) -> Box {
  let step = index / frame.units;
  let unit = index % frame.units;
  let value = values[frame.offset + step * frame.stepStride + unit * frame.unitStride];
  // By its bits: comparisons and clamp would swallow it.
  let isBad = (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u;
  let share = select(clamp(value * frame.inverseScale, -1.0, 1.0), 1.0, isBad);
  let colour = select(ramp_colour(share), BAD, isBad);
  let middle = (vec2f(f32(step), f32(unit)) + 0.5) * frame.cell - 1.0;
  let height = share * frame.rise;
  let low = vec3f(middle.x - frame.bar.x * 0.5, min(0.0, height), middle.y - frame.bar.y * 0.5);
  let high = vec3f(middle.x + frame.bar.x * 0.5, max(0.0, height), middle.y + frame.bar.y * 0.5);
  let chosen = u32(step == frame.chosenStep) + u32(unit == frame.chosenUnit);
  let outline = select(select(0.0, THIN, chosen == 1u), THICK, chosen == 2u);
  return Box(low, high, colour, outline);
}

@vertex
fn stand(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Corner {
  var box: Box;
  if (instance == FLOOR) {
    box = floor_box();
  } else if (instance <= FRAME_EDGES) {
    box = frame_box(instance - 1u);
  } else {
    box = bar_box(instance - 1u - FRAME_EDGES);
  }
  let face = vertex / 6u;
  let corner = vertex % 6u;
  let axis = face % 3u;
  // Two triangles: (0,0) (1,0) (1,1) and (0,0) (1,1) (0,1).
  let across = vec2f(
    f32(corner == 1u || corner == 2u || corner == 4u),
    f32(corner == 2u || corner == 4u || corner == 5u),
  );
  var part = vec3f(f32(face / 3u));
  part[(axis + 1u) % 3u] = across.x;
  part[(axis + 2u) % 3u] = across.y;
  let world = mix(box.low, box.high, part);
  return Corner(
    frame.viewProjection * vec4f(world, 1.0),
    across,
    world.xz,
    box.colour * SHADE[axis],
    box.outline,
    u32(instance == FLOOR && axis == 1u),
  );
}

@fragment
fn paint(corner: Corner) -> @location(0) vec4f {
  let pixel = max(fwidth(corner.face), vec2f(1e-6));
  // At a bar's edge a pixel's middle, for which this is worked out, can lie beside the face.
  let inside = max(min(corner.face, 1.0 - corner.face), vec2f(0.0));
  if (corner.isFloor == 1u) {
    let place = floor((corner.ground + 1.0) / frame.cell);
    let isChosen = place == vec2f(f32(frame.chosenStep), f32(frame.chosenUnit));
    return vec4f(mix(corner.colour, frame.ink, select(0.0, STRIP, any(isChosen))), 1.0);
  }
  let isEdge = (inside / pixel < vec2f(corner.outline)) & (inside < vec2f(MOST_OF_FACE));
  return vec4f(select(corner.colour, frame.ink, any(isEdge)), 1.0);
}
