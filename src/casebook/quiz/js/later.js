// @ts-check
// What only a touch needs: a file of its own (casebook.quiz.module), so that an untouched page is small. It keeps
// no state that the rest of the scripts has, since what both use stands in both files.

export { closed, standing } from "./closing.js";
export { diagnosing } from "./diagnosing.js";
export { exploring } from "./explorer.js";
export { laying } from "./laying.js";
export { showProgress } from "./progress.js";
export { concluded, parts, ready, which } from "./result.js";
export { scrubbing } from "./scrub.js";
export { today } from "./today.js";
