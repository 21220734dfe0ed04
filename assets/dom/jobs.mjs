/** What jobs tell of themselves: how far they are, what they have answered, and why not the rest. */
import { duration, percent } from "./make.mjs";

/**
 * How far a job is, in words.
 * @param {{fraction: number, text: string, left?: number}} progress - `left` in seconds.
 */
export function progressText({ fraction, text, left }) {
  const more = left ? `, about ${duration(left)} left` : "";
  return text ? `${text}: ${percent(fraction)}${more}` : "";
}

/** Why a whole job has ended early, and where the log says more. */
export const troubleText = ({ error, reference }) =>
  reference ? `${error} (reference ${reference}, see the log)` : error;

/**
 * How a job of questions has ended.
 * @param {object} end - as its store has it: {"state", "result", "error", "reference"}.
 * @param {string} whole - what a job that failed as a whole is called among what failed.
 * @returns {{done: object, failed: Record<string, string>, reason: string | undefined}} answers and
 *   reasons by name, and the first of the reasons.
 */
export function outcome(end, whole = "job") {
  const { done, failed } = end.state === "done" ? end.result : { done: {}, failed: { [whole]: troubleText(end) } };
  return { done, failed, reason: Object.values(failed)[0] };
}
