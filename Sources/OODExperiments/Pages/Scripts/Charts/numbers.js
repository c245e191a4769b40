"use strict";
/** Numbers as text, with a real minus sign, and "–" for what is not known. */
{
  const isNumber = value => typeof value === "number" && isFinite(value);
  const unknown = "–";

  /** With that many decimals. What rounds to zero has no sign. */
  function fixed(value, digits) {
    if (!isNumber(value)) return unknown;
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  /** A share in percent. */
  const percent = (value, digits = 1) => isNumber(value) ? fixed(100 * value, digits) + "%" : unknown;

  /** A whole number, its thousands apart. */
  const count = value => isNumber(value) ? value.toLocaleString("en").replace("-", "−") : unknown;

  /** As short as the number allows: for the ends of ticks. */
  const plain = value => isNumber(value) ? String(value).replace("-", "−") : unknown;

  /** As the column of a table or an axis has it: { as: "percent" | "count" | "text", digits }. */
  function formatted(value, { as, digits }) {
    if (typeof value === "string") return value;
    if (as === "percent") return percent(value, digits);
    if (as === "count") return count(value);
    return digits === undefined ? plain(value) : fixed(value, digits);
  }

  Object.assign(charts, { isNumber, fixed, percent, count, plain, formatted });
}
