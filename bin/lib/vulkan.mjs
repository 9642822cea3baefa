// @ts-check
/**
 * Which environment Dawn (npm `webgpu`) needs to find a Vulkan driver. It reads the variables while the process
 * starts, so they must be set before Node is: whoever needs them starts Node again with them.
 * Only Linux needs any of this: macOS has Metal, Windows Direct3D 12.
 */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { driverFile, findSoftwareDriver } from './find-browser.mjs';

/** @typedef {'auto' | 'gpu' | 'software' | 'none'} AdapterChoice */
/** @typedef {Record<string, string>} Environment */

const CHOICES = ['auto', 'gpu', 'software', 'none'];
const GPU_NODES = ['/dev/dri/renderD128', '/dev/dri/renderD129', '/dev/nvidia0', '/dev/dxg', '/dev/kgsl-3d0'];
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
];

/**
 * What GATEWISE_ADAPTER asks for: a GPU, the browser's software driver, none (to see how things fail), or, when it
 * is unset, whatever is there.
 * @returns {AdapterChoice}
 */
export function adapterChoice() {
  const choice = process.env.GATEWISE_ADAPTER ?? 'auto';
  if (CHOICES.includes(choice)) return /** @type {AdapterChoice} */ (choice);
  throw new Error(`GATEWISE_ADAPTER is "${choice}", expected one of ${CHOICES.join(', ')}.`);
}

/** Whether the kernel shows a GPU. On other systems than Linux one is assumed. */
export function hasGpu() {
  return process.platform !== 'linux' || GPU_NODES.some((path) => existsSync(path));
}

/**
 * Variables for the software driver beside the browser; a driver that the user has chosen stays.
 * @returns {Environment | null} null where no browser with the driver is installed
 */
export function softwareEnvironment() {
  if (process.platform !== 'linux') return {};
  const folder = findSoftwareDriver();
  if (folder === null) return null;
  const driver = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES ?? driverFile(folder);
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, ...libraryPath(folder) };
}

/**
 * Variables for a real GPU: nothing, or the Vulkan loader beside the browser where the system has none.
 * @returns {Environment}
 */
export function gpuEnvironment() {
  if (process.platform !== 'linux' || hasVulkanLoader()) return {};
  const folder = findSoftwareDriver();
  return folder === null ? {} : libraryPath(folder);
}

/** @returns {Environment} variables with which no adapter is found, to see how things fail */
export function noEnvironment() {
  return { VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };
}

/** @param {string} folder @returns {Environment} */
function libraryPath(folder) {
  const given = process.env.LD_LIBRARY_PATH;
  const folders = given === undefined || given === '' ? [] : given.split(delimiter);
  return { LD_LIBRARY_PATH: [folder, ...folders.filter((other) => other !== folder)].join(delimiter) };
}

function hasVulkanLoader() {
  const given = (process.env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...given, ...LIBRARY_FOLDERS].some((folder) => existsSync(`${folder}/libvulkan.so.1`));
}
