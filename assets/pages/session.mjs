/** The frame in the browser: studies, links, the selection and its groups, theme and messages. */
import { decode, encode } from "../lib/address.mjs";
import { table } from "../lib/csv.mjs";
import { Cover } from "../dom/cover.mjs";
import { Epochs } from "../dom/epochs.mjs";
import { count, percent } from "../dom/make.mjs";
import { SelectionBar } from "../dom/selectionbar.mjs";

const TELLING = 60; // milliseconds after a selection, when its picture is on the screen

/** Changes of the view that the browser's button undoes; finer ones would bury them. */
const STEPS = ["study", "split", "layer", "form", "across", "b", "space"];

/** What a view forgets when another study is chosen. */
const FRESH = {
  layer: "", focus: null, colour: null, group: "", epoch: null, across: "", position: null,
  row: null, column: null, axes: "", b: "", bepoch: null, blayer: "", align: false,
  space: "", window: "", attack: "", left: "", right: "",
};

/** What it forgets when another variant of the same study is chosen. */
export const VARIED = { focus: null, group: "", window: "", attack: "" };

/** The study that a variant, or any other, is one of. @param {string} name */
const baseOf = (name) => name.split(".")[0];

/**
 * The clientside callbacks that `dashboard/session.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function session(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, save, toast } = bridge;
  const parts = { underWay: new Set() };

  /** Select the samples of a named group, once both it and the study are there. */
  function selectGroup(name) {
    const group = parts.groups?.find((item) => item.name === name);
    if (group && workspace.ready) workspace.select(group.indices, "replace");
  }

  /** The frame's own parts, made when its elements are there. */
  function frame() {
    if (parts.bar) return;
    window.addEventListener("popstate", () => (parts.back = true));
    parts.cover = new Cover(byId("frame-opening"), () =>
      set("frame-asked", { data: { ...parts.asked } }),
    );
    parts.epochs = new Epochs(byId("frame-epochs"), workspace, (epoch) => changeView({ epoch }));
    parts.bar = new SelectionBar({
      text: byId("frame-selected"),
      strip: byId("frame-strip"),
      workspace,
      tooltip,
    });
    workspace.on("selection", (selected) => {
      // After the pictures: what the server is told of can wait, what is seen cannot.
      window.clearTimeout(parts.telling);
      parts.telling = window.setTimeout(
        () => set("frame-selection", { data: { indices: Array.from(selected) } }),
        TELLING,
      );
      // A link and the picker name a group only while it is what is selected.
      const group = parts.groups?.find(({ name }) => name === parts.picked);
      if (group && !same(group.indices, selected)) set("frame-group-picker", { value: null });
    });
  }

  const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);

  const alike = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

  const epochName = (epoch) => (epoch === null ? "the finished network" : `epoch ${epoch}`);

  /** Whether what is being opened is another epoch of what is shown, which may stay meanwhile. */
  function stepping() {
    const { study, view } = workspace;
    return workspace.ready && study.epochs.length > 0 && study.name === (view.study || study.name) &&
      study.split === (view.split || study.split);
  }

  /** Whose samples a study shows: those of its variants are the same, and more behind them. */
  const ofWhat = ({ name, split }) => `${baseOf(name)} ${split}`;

  /** Keep in mind what is selected, while another variant is opened; one that is still on its way has nothing to keep. */
  function remember() {
    const { study, selected, ready } = workspace;
    if (ready) parts.before = { of: ofWhat(study), selected: Array.from(selected) };
  }

  /** The study in numbers, beside its name. */
  function summary({ data, n, accuracy, network }) {
    byId("frame-summary").textContent = [
      `${data}, ${count(n)} samples`,
      network.output === "embedding"
        ? "an embedding, no classes"
        : accuracy === null ? "unlabelled data" : `accuracy ${percent(accuracy)}`,
      `${network.operations} operations`,
      `${count(network.parameters)} parameters`,
      `${count(network.activations)} activations a sample`,
    ].join(" · ");
  }

  return {
    readLink(search, kept) {
      frame();
      const bare = !search && !parts.back; // as the rail's links, which keep the view
      parts.back = false;
      return bare ? { ...decode(""), ...kept } : decode(search);
    },

    viewChanged(view, asked, askedB) {
      const before = workspace.view;
      const query = encode(view);
      if (query !== window.location.search) {
        const step = workspace.ready && STEPS.some((name) => before[name] !== view[name]);
        const how = step ? "pushState" : "replaceState";
        window.history[how](window.history.state, "", window.location.pathname + query);
      }
      workspace.setView(view);
      const wanted = { study: view.study, split: view.split, epoch: view.epoch };
      const same = alike(asked, wanted);
      if (!same) {
        parts.asked = wanted;
        if (before.study !== view.study) parts.cover?.hide();
      }
      const { b: study, bepoch: epoch, split } = view;
      const beside = study ? { study, split, epoch, data_of: view.study } : null;
      return [
        same ? nothing() : wanted,
        alike(askedB, beside) ? nothing() : beside,
        view.study || nothing(),
        view.split || nothing(),
        view.b || null,
      ];
    },

    /** Variants of studies have come or gone. */
    offersChanged(offers) {
      if (!offers) return [nothing(), nothing()];
      const options = Object.entries(offers).map(([value, label]) => ({ value, label }));
      return [options, options];
    },

    pickStudy(study, split, b, view) {
      // What a link leaves open is what is shown, or what the pickers stand at by themselves.
      const open = workspace.study;
      const shown = view.study || open?.name || study;
      const sameSplit = split === (view.split || open?.split || split);
      const beside = (b ?? "") === view.b ? {} : { b: b ?? "", bepoch: null, blayer: "", align: false };
      const other = study && study !== shown;
      if (!study || (!other && sameSplit)) {
        return Object.keys(beside).length ? { ...view, ...beside } : nothing();
      }
      // Of another variant layers and samples are the same.
      const fresh = !other ? {} : baseOf(study) === baseOf(shown) ? VARIED : FRESH;
      return { ...view, ...beside, ...fresh, study, split };
    },

    async studyChanged(study) {
      frame();
      if (!study) return nothing();
      if (study.state === "opening") {
        if (stepping()) {
          byId("frame-jobs").textContent = `Opening ${epochName(workspace.view.epoch)}`;
        } else {
          remember();
          workspace.close();
          byId("frame-jobs").textContent = "";
          parts.cover.opening(study);
        }
      } else if (study.state === "ready") {
        remember();
        set("frame-live", { disabled: !study.live });
        const before = parts.before;
        await workspace.open(study);
        if (workspace.study !== study) return nothing(); // another was chosen meanwhile
        parts.before = null;
        const stay = before?.of === ofWhat(study) ? before.selected.filter((sample) => sample < study.n) : [];
        if (stay.length) workspace.select(stay, "replace");
        summary(study);
        if (!workspace.selected.length) selectGroup(workspace.view.group);
        parts.cover.hide();
        byId("frame-jobs").textContent = "";
        set("frame-study-picker", { value: study.name });
        set("frame-split-picker", { value: study.split });
      } else if (stepping()) {
        byId("frame-jobs").textContent = "";
        toast(study.error);
      } else {
        workspace.close();
        parts.cover.failed(study);
      }
      return nothing();
    },

    async secondChanged(study) {
      if (study?.state === "opening") byId("frame-jobs").textContent = `Opening ${study.title} as B`;
      else byId("frame-jobs").textContent = "";
      const trouble = await workspace.openSecond(study);
      if (study?.error || trouble) toast(`B: ${study.error || trouble}`);
      return nothing();
    },

    secondOpened(opened) {
      if (opened) set("frame-tried-b", { data: opened });
      return nothing();
    },

    secondProgress(progress) {
      if (progress) byId("frame-jobs").textContent = `Opening B: ${percent(progress.fraction)}, ${progress.text}`;
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

    /** Whether the button that cancels is hidden: it stands as long as any job is under way. */
    jobUnderWay(news) {
      const { inputs_list: inputs, states_list: states } = window.dash_clientside.callback_context;
      // A job is known by the store that starts it, and told of by that one or by that of its end.
      const [of = null] = states ?? [];
      if (of) parts.underWay.delete(of.id);
      else if (news) parts.underWay.add(inputs[0].id);
      return !parts.underWay.size;
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
      // Groups that come with the data stay.
      return !name || Boolean(parts.groups?.find((group) => group.name === name)?.given);
    },

    selectionCsv() {
      const { labels, predicted, confidence, selected } = workspace;
      const rows = Array.from(selected, (k) => [
        k,
        labels[k] < 0 ? "" : workspace.className(labels[k]),
        ...(confidence ? [workspace.className(predicted[k]), confidence[k]] : ["", ""]),
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
