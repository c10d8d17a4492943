// Draws the chart that the JSON in #chart describes, and lets people look closer. Part of every page that memline plot
// writes: no library, no network. Texts go through textContent and fillText alone.
(() => {
  "use strict";
  const chart = JSON.parse(document.getElementById("chart").textContent);
  const plot = document.getElementById("plot");
  const canvas = plot.querySelector("canvas");
  const values = document.getElementById("values");
  const context = canvas.getContext("2d");
  const hidden = new Set();
  let view = [chart.x.low, chart.x.high];
  let pointer = null, dragFrom = null, area = null;

  // Axes: the same ticks as in render/chart/axis_ticks.cpp.
  const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  const timeUnits = [[1e-6, "\u00b5s"], [1e-3, "ms"], [1, "s"], [60, "min", [0.5, 1, 2, 5, 10, 15, 20, 30, 60]],
    [3600, "h", [0.5, 1, 2, 3, 6, 12, 24]], [86400, "d"]];

  function byteUnit(largest) {
    let power = 0;
    while (power + 1 < byteUnits.length && largest >= 1024 ** (power + 1)) ++power;
    return [1024 ** power, byteUnits[power]];
  }

  function timeUnit(largest, step) {
    let unit = timeUnits[0];
    for (const next of timeUnits.slice(1)) {
      if (largest < (next[0] > 1 ? 3 * next[0] : next[0]) || (next[0] > 1 && step < next[0] / 2)) break;
      unit = next;
    }
    return unit;
  }

  function roundStep(step, steps) {
    for (const round of steps || []) if (step <= round) return round;
    const power = 10 ** Math.floor(Math.log10(step));
    for (const digit of [1, 2, 5]) if (step <= digit * power * (1 + 1e-9)) return digit * power;
    return 10 * power;
  }

  function linearTicks(quantity, low, high, most) {
    const largest = Math.max(Math.abs(low), Math.abs(high)), least = (high - low) / most;
    const [size, name, steps] = quantity === "bytes" ? byteUnit(largest)
      : quantity === "seconds" ? timeUnit(largest, least) : [1, ""];
    let step = roundStep(least / size, steps);
    if (quantity === "count" || name === "B") step = Math.max(step, 1);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const ticks = [];
    for (let i = Math.ceil(low / size / step - 1e-9); i * step * size <= high * (1 + 1e-12); ++i) {
      ticks.push([i * step * size, i === 0 ? "0" : (i * step).toFixed(decimals) + (name && " " + name)]);
    }
    return ticks;
  }

  function logarithmicTicks(quantity, low, high, most) {
    const base = quantity === "bytes" ? 2 : 10, log = (value) => Math.log(value) / Math.log(base);
    const step = Math.max(1, Math.ceil((log(high) - log(low)) / most));
    const ticks = [];
    for (let power = Math.ceil(log(low) / step - 1e-9) * step; power <= log(high) + 1e-9; power += step) {
      ticks.push([base ** power, format(quantity, base ** power)]);
    }
    return ticks;
  }

  function format(quantity, value) {
    const digits = (number) => Number(number.toPrecision(4)).toString();
    if (quantity === "count") return value < 1e4 ? digits(value) : value.toExponential().replace("e+", "e");
    const [size, name] = quantity === "bytes" ? byteUnit(Math.abs(value)) : timeUnit(Math.abs(value), Math.abs(value));
    return digits(value / size) + " " + name;
  }

  function ticksOf(axis, low, high, most) {
    return (axis.logarithmic ? logarithmicTicks : linearTicks)(axis.quantity, low, high, most);
  }

  function position(axis, low, high, value) {
    if (axis.logarithmic) return value > 0 ? Math.log(value / low) / Math.log(high / low) : 0;
    return (value - low) / (high - low);
  }

  function valueAt(axis, low, high, part) {
    return axis.logarithmic ? low * (high / low) ** part : low + part * (high - low);
  }

  // The last point at or before x; -1: there is none.
  function indexBefore(points, x) {
    let low = 0, high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] <= x) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  function seriesValue(series, x) {
    const at = indexBefore(series.points, x);
    if (at < 0 || x > series.points[series.points.length - 1][0]) return null;
    const from = series.points[at], to = series.points[at + 1];
    if (series.style === "steps" || !to || to[0] === from[0]) return from[1];
    return from[1] + (to[1] - from[1]) * (x - from[0]) / (to[0] - from[0]);
  }

  // Of the points in each pixel column the first, the lowest, the highest and the last.
  function reduced(points, toX) {
    const kept = [];
    const first = Math.max(0, indexBefore(points, view[0]) - 1);
    for (let i = first; i < points.length && (i === 0 || points[i - 1][0] <= view[1]);) {
      const column = Math.floor(toX(points[i][0]));
      let end = i, low = i, high = i;
      for (; end < points.length && Math.floor(toX(points[end][0])) <= column; ++end) {
        if (points[end][1] < points[low][1]) low = end;
        if (points[end][1] > points[high][1]) high = end;
      }
      for (const index of [...new Set([i, low, high, end - 1])].sort((a, b) => a - b)) kept.push(points[index]);
      i = end;
    }
    return kept;
  }

  function visibleRange() {
    if (chart.y.logarithmic) return [chart.y.low, chart.y.high];
    let high = 0, low = 0;
    chart.series.forEach((series, index) => {
      if (hidden.has(index) || series.style === "dashed") return;
      for (const x of view) high = Math.max(high, seriesValue(series, x) ?? 0);
      for (const [x, y] of series.points) {
        if (x >= view[0] && x <= view[1]) [low, high] = [Math.min(low, y), Math.max(high, y)];
      }
    });
    return high > low ? [low, high + (high - low) * 0.12] : [low, low + 1];
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = plot.clientWidth, height = plot.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = "12px 'DejaVu Sans', Verdana, sans-serif";
    const [low, high] = visibleRange();
    const yTicks = ticksOf(chart.y, low, high, 7);
    const left = 12 + Math.max(...yTicks.map((tick) => context.measureText(tick[1]).width), 0);
    const right = width - 16, top = 8, bottom = height - 40;
    area = {left, right, top, bottom};
    const toX = (x) => left + position(chart.x, view[0], view[1], x) * (right - left);
    const toY = (y) => bottom - position(chart.y, low, high, y) * (bottom - top);

    const line = (points, colour, lineWidth, dashes) => {
      context.beginPath();
      points.forEach(([x, y], i) => i === 0 ? context.moveTo(x, y) : context.lineTo(x, y));
      context.setLineDash(dashes || []);
      context.strokeStyle = colour;
      context.lineWidth = lineWidth;
      context.stroke();
    };
    const text = (label, x, y, colour, align) => {
      context.fillStyle = colour;
      context.textAlign = align;
      context.fillText(label, x, y);
    };

    for (const [value, label] of yTicks) {
      line([[left, toY(value)], [right, toY(value)]], chart.colours.grid, 1);
      text(label, left - 6, toY(value) + 4, chart.colours.quiet, "right");
    }
    let most = 12, xTicks = [];
    for (; most > 0; --most) {
      xTicks = ticksOf(chart.x, view[0], view[1], most);
      const widest = Math.max(...xTicks.map((tick) => context.measureText(tick[1]).width), 0);
      if (xTicks.length < 2 || toX(xTicks[1][0]) - toX(xTicks[0][0]) > widest + 12) break;
    }
    for (const [value, label] of xTicks) {
      line([[toX(value), top], [toX(value), bottom]], chart.colours.grid, 1);
      const half = context.measureText(label).width / 2;
      text(label, Math.min(toX(value), width - half - 2), bottom + 17, chart.colours.quiet, "center");
    }
    text(chart.x.title, (left + right) / 2, height - 6, chart.colours.quiet, "center");
    line([[left, top], [left, bottom], [right, bottom]], chart.colours.frame, 1);

    context.save();
    context.beginPath();
    context.rect(left, top - 4, right - left, bottom - top + 5);
    context.clip();
    chart.series.forEach((series, index) => {
      if (hidden.has(index)) return;
      const path = [];
      for (const [x, y] of reduced(series.points, toX)) {
        if (series.style === "steps" && path.length) path.push([toX(x), path[path.length - 1][1]]);
        path.push([toX(x), toY(y)]);
      }
      if (series.filled && path.length > 1) {
        context.beginPath();
        context.moveTo(path[0][0], bottom);
        path.forEach(([x, y]) => context.lineTo(x, y));
        context.lineTo(path[path.length - 1][0], bottom);
        context.globalAlpha = 0.16;
        context.fillStyle = series.colour;
        context.fill();
        context.globalAlpha = 1;
      }
      const pointsAlone = series.style === "points";
      if (!pointsAlone) line(path, series.colour, 1.8, series.style === "dashed" ? [6, 4] : []);
      if (series.style === "dots" || pointsAlone || path.length === 1) {
        context.fillStyle = series.colour;
        for (const [x, y] of path) {
          context.beginPath();
          context.arc(x, y, 3.5, 0, 2 * Math.PI);
          context.fill();
        }
      }
    });
    chart.brackets.forEach((group, index) => {
      if (hidden.has("bracket" + index)) return;
      const half = 8 + 3 * (index % 4);
      for (const [begin, end] of group.list) {
        for (const [[x, y], hook] of [[begin, 5], [end, -5]]) {
          const [px, py] = [toX(x), toY(y)];
          line([[px + hook, py - half], [px, py - half], [px, py + half], [px + hook, py + half]], group.colour, 2);
        }
      }
    });
    for (const mark of chart.marks) {
      const [x, y] = [toX(mark.x), toY(mark.y)];
      if (mark.cross) {
        line([[left, y], [right, y]], mark.colour, 1, [6, 4]);
        line([[x, top], [x, bottom]], mark.colour, 1, [6, 4]);
      }
      context.beginPath();
      context.arc(x, y, 3.5, 0, 2 * Math.PI);
      context.fillStyle = mark.colour;
      context.fill();
      const before = x + 12 + context.measureText(mark.label).width > right;
      text(mark.label, before ? x - 8 : x + 8, y - 8, mark.colour, before ? "right" : "left");
    }
    if (pointer !== null) {
      if (dragFrom !== null) {
        context.globalAlpha = 0.15;
        context.fillStyle = chart.colours.text;
        context.fillRect(Math.min(dragFrom, pointer.x), top, Math.abs(pointer.x - dragFrom), bottom - top);
        context.globalAlpha = 1;
      } else {
        line([[pointer.x, top], [pointer.x, bottom]], chart.colours.frame, 1);
      }
    }
    context.restore();
  }

  function xUnder(pixel) {
    const part = (pixel - area.left) / (area.right - area.left);
    return valueAt(chart.x, view[0], view[1], Math.min(1, Math.max(0, part)));
  }

  function showValues() {
    values.style.display = pointer === null ? "none" : "block";
    if (pointer === null) return;
    const x = xUnder(pointer.x), lines = [format(chart.x.quantity, x)];
    chart.series.forEach((series, index) => {
      const value = hidden.has(index) ? null : seriesValue(series, x);
      if (value !== null) lines.push(series.name + ": " + format(chart.y.quantity, value));
    });
    chart.brackets.forEach((group, index) => {
      if (!hidden.has("bracket" + index) && group.list.some(([begin, end]) => begin[0] <= x && x <= end[0])) {
        lines.push("[ ] " + group.name);
      }
    });
    values.textContent = lines.join("\n");
    const width = values.offsetWidth;
    values.style.left = (pointer.x + 16 + width > plot.clientWidth ? Math.max(0, pointer.x - 16 - width) : pointer.x + 16) + "px";
    values.style.top = Math.max(0, Math.min(pointer.y, plot.clientHeight - values.offsetHeight)) + "px";
  }

  function zoom(low, high) {
    low = Math.max(low, chart.x.low);
    high = Math.min(high, chart.x.high);
    if (high > low) view = [low, high];
    draw();
    showValues();
  }

  function at(event) {
    const box = plot.getBoundingClientRect();
    return {x: Math.min(area.right, Math.max(area.left, event.clientX - box.left)), y: event.clientY - box.top};
  }
  plot.addEventListener("pointermove", (event) => {
    pointer = at(event);
    draw();
    showValues();
  });
  plot.addEventListener("pointerdown", (event) => {
    plot.setPointerCapture(event.pointerId);
    pointer = at(event);
    dragFrom = pointer.x;
  });
  plot.addEventListener("pointerup", (event) => {
    const from = dragFrom;
    pointer = at(event);
    dragFrom = null;
    if (from !== null && Math.abs(pointer.x - from) > 5) {
      zoom(xUnder(Math.min(from, pointer.x)), xUnder(Math.max(from, pointer.x)));
    } else {
      draw();
    }
  });
  plot.addEventListener("pointerleave", () => {
    pointer = dragFrom = null;
    draw();
    showValues();
  });
  plot.addEventListener("wheel", (event) => {
    event.preventDefault();
    const factor = event.deltaY > 0 ? 1.25 : 0.8, middle = (at(event).x - area.left) / (area.right - area.left);
    zoom(valueAt(chart.x, view[0], view[1], middle - middle * factor),
         valueAt(chart.x, view[0], view[1], middle + (1 - middle) * factor));
  }, {passive: false});
  plot.addEventListener("dblclick", () => zoom(chart.x.low, chart.x.high));
  window.addEventListener("resize", draw);

  const legend = document.getElementById("legend");
  function addName(key, entry) {
    const button = document.createElement("button"), sign = document.createElement("i");
    const value = document.createElement("small");
    sign.style.background = entry.colour;
    if (entry.style === "points") sign.className = "dot";
    value.textContent = entry.value;
    button.append(sign, entry.name, value);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!hidden.delete(key)) hidden.add(key);
      button.setAttribute("aria-pressed", String(!hidden.has(key)));
      draw();
    });
    legend.append(button);
  }
  chart.series.forEach((series, index) => series.name && addName(index, series));
  chart.brackets.forEach((group, index) => addName("bracket" + index, group));
  draw();
})();
