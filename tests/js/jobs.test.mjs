import assert from "node:assert/strict";
import { test } from "node:test";

import { outcome, progressText, troubleText } from "../../assets/dom/jobs.mjs";

test("how far a job is", () => {
  assert.equal(progressText({ fraction: 0.25, text: "Ordering" }), "Ordering: 25.0 %");
  assert.equal(progressText({ fraction: 0.5, text: "Ordering", left: 90 }), "Ordering: 50.0 %, about 1 min 30 s left");
  assert.equal(progressText({ fraction: 0.5, text: "", left: 90 }), "", "of what nothing is known nothing is said");
});

test("what a job has answered, and why not the rest", () => {
  const result = { done: { one: 1 }, failed: { two: "too large", three: "too small" } };
  assert.deepEqual(outcome({ state: "done", result, error: "", reference: "" }), { ...result, reason: "too large" });
  assert.equal(outcome({ state: "done", result: { done: {}, failed: {} } }).reason, undefined);
  const lost = { state: "failed", result: null, error: "out of memory", reference: "ab12" };
  const reason = "out of memory (reference ab12, see the log)";
  assert.deepEqual(outcome(lost), { done: {}, failed: { job: reason }, reason });
  assert.deepEqual(outcome(lost, "second").failed, { second: reason });
  assert.equal(troubleText({ error: "stopped", reference: "" }), "stopped");
});
