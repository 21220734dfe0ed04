/** The frame in the browser: studies, links, the selection and its groups, theme and messages. */
import { decode, encode } from "../lib/address.mjs";
import { table } from "../lib/csv.mjs";
import { Cover } from "../dom/cover.mjs";
import { count, percent } from "../dom/make.mjs";
import { SelectionBar } from "../dom/selectionbar.mjs";

/**
 * The clientside callbacks that `dashboard/session.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function session(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, save, toast } = bridge;
  const parts = {};

  /** Select the samples of a named group, once both it and the study are there. */
  function selectGroup(name) {
    const group = parts.groups?.find((item) => item.name === name);
    if (group && workspace.ready) workspace.select(group.indices, "replace");
  }

  /** The frame's own parts, made when its elements are there. */
  function frame() {
    if (parts.bar) return;
    parts.cover = new Cover(byId("frame-opening"), () =>
      set("frame-asked", { data: { ...parts.asked } }),
    );
    parts.bar = new SelectionBar({
      text: byId("frame-selected"),
      strip: byId("frame-strip"),
      workspace,
      tooltip,
    });
    workspace.on("selection", (selected) => {
      set("frame-selection", { data: { indices: Array.from(selected) } });
      // A link and the picker name a group only while it is what is selected.
      const group = parts.groups?.find(({ name }) => name === parts.picked);
      if (group && !same(group.indices, selected)) set("frame-group-picker", { value: null });
    });
  }

  const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);

  /** The study in numbers, beside its name. */
  function summary({ data, n, accuracy, network }) {
    byId("frame-summary").textContent = [
      `${data}, ${count(n)} samples`,
      accuracy === null ? "unlabelled data" : `accuracy ${percent(accuracy)}`,
      `${network.operations} operations`,
      `${count(network.parameters)} parameters`,
      `${count(network.activations)} activations a sample`,
    ].join(" · ");
  }

  return {
    readLink(search, kept) {
      frame();
      const view = search ? decode(search) : { ...decode(""), ...kept };
      return view;
    },

    viewChanged(view, asked) {
      const before = workspace.view;
      const query = encode(view);
      if (query !== window.location.search) {
        window.history.replaceState(window.history.state, "", window.location.pathname + query);
      }
      workspace.setView(view);
      const same = asked && asked.study === view.study && asked.split === view.split;
      if (!same) {
        parts.asked = { study: view.study, split: view.split };
        if (before.study !== view.study) parts.cover?.hide();
      }
      return [same ? nothing() : parts.asked, view.study || nothing(), view.split || nothing()];
    },

    pickStudy(study, split, view) {
      // What a link leaves open is what is shown, or what the pickers stand at by themselves.
      const open = workspace.study;
      const shown = view.study || open?.name || study;
      const sameSplit = split === (view.split || open?.split || split);
      if (!study || (study === shown && sameSplit)) return nothing();
      const fresh = { layer: "", focus: null, colour: null, group: "" };
      return { ...view, ...(study === shown ? {} : fresh), study, split };
    },

    async studyChanged(study) {
      frame();
      if (!study) return nothing();
      if (study.state === "opening") {
        workspace.close();
        parts.cover.opening(study);
      } else if (study.state === "ready") {
        await workspace.open(study);
        if (workspace.study !== study) return nothing(); // another was chosen meanwhile
        summary(study);
        if (!workspace.selected.length) selectGroup(workspace.view.group);
        parts.cover.hide();
        set("frame-study-picker", { value: study.name });
        set("frame-split-picker", { value: study.split });
      } else {
        parts.cover.failed(study);
      }
      return nothing();
    },

    studyOpened(opened) {
      if (opened) set("frame-tried", { data: opened });
      return nothing();
    },

    openProgress(progress) {
      if (progress) parts.cover.progress(progress);
      return nothing();
    },

    selectionChanged({ indices }) {
      const none = !indices.length;
      return [none, none, none];
    },

    setHow(how) {
      workspace.how = how;
      return nothing();
    },

    groupsChanged(groups, view, picked) {
      parts.groups = groups;
      const names = groups.map(({ name, indices }) => ({
        value: name,
        label: `${name} (${count(indices.length)})`,
      }));
      const { selected } = workspace;
      const saved = selected.length && groups.find(({ indices }) => same(indices, selected))?.name;
      const wanted = saved || picked || view.group;
      const there = groups.some(({ name }) => name === wanted);
      return [names, there ? wanted : null, ""];
    },

    pickGroup(name) {
      const before = parts.picked ?? null;
      parts.picked = name ?? null;
      selectGroup(name);
      // Nothing picked may also mean that the groups of a link are still on their way.
      if (name || before) changeView({ group: name ?? "" });
      return !name;
    },

    selectionCsv() {
      const { labels, predicted, confidence, selected } = workspace;
      const rows = Array.from(selected, (k) => [
        k,
        labels[k] < 0 ? "" : workspace.className(labels[k]),
        workspace.className(predicted[k]),
        confidence[k],
      ]);
      const text = table(["sample", "true_class", "predicted_class", "probability"], rows);
      save("-selection.csv", text, "text/csv");
      return nothing();
    },

    clearSelection() {
      workspace.select([], "replace");
      set("frame-group-picker", { value: null });
      return nothing();
    },

    async share() {
      const { href } = window.location;
      try {
        await window.navigator.clipboard.writeText(href);
        toast("The link to this view is in the clipboard.");
      } catch {
        toast(`Copy this link: ${href}`); // browsers keep the clipboard from plain http
      }
      return nothing();
    },

    toast(text) {
      if (!text) return nothing();
      const element = byId("frame-toast");
      if (element.textContent !== text) element.textContent = text;
      element.classList.add("shown");
      window.clearTimeout(parts.toast);
      parts.toast = window.setTimeout(() => element.classList.remove("shown"), 4500);
      return nothing();
    },

    theme(clicks, kept) {
      const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const now = kept || system;
      const scheme = clicks ? (now === "dark" ? "light" : "dark") : now;
      workspace.setScheme(scheme);
      return [scheme, scheme];
    },
  };
}
