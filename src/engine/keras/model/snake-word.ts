/** Words of training settings (losses, metrics, optimizers), which Keras and TF.js write in several ways. */

/** `keras.losses.MeanSquaredError` and TF.js's meanSquaredError are mean_squared_error, MSE is mse. */
export function snakeWord(given: string): string {
  const last = given.split(/[.>]/).at(-1) ?? given;
  return last.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
