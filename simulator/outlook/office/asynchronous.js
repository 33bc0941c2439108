/* Answers come later and through a callback, never in the turn of the call: code that forgets this fails here too. */

/** `f(…, [options], [callback])` as everywhere in Office.js: its options, and a way to answer. */
function readCall(values) {
  const rest = [...values];
  const callback = typeof rest.at(-1) === "function" ? rest.pop() : () => {};
  const options = isOptions(rest.at(-1)) ? rest.pop() : {};
  return { rest, options, callback };
}

function isOptions(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function answerLater(promise, { options, callback }) {
  const { asyncContext } = options;
  promise.then(
    (value) => setTimeout(callback, 0, { status: Office.AsyncResultStatus.Succeeded, value, asyncContext }),
    (error) => setTimeout(callback, 0, { status: Office.AsyncResultStatus.Failed, error, asyncContext }),
  );
}

function failure(code, name, message) {
  return { code, name, message };
}

/** A member `…Async` that passes its arguments to `work` and hands the outcome to the caller's callback. */
function asynchronous(work) {
  return (...values) => {
    const call = readCall(values);
    answerLater(
      Promise.resolve().then(() => work(call.options, ...call.rest)),
      call,
    );
  };
}
