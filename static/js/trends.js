// Draws the small charts of a page: a line with its extremes, the limit, incidents of that time.
const GAP = 3;
const MINUTE = 60;
const FONT = '11px "Plex Sans", system-ui, sans-serif';
const drawings = new Map();
const charts = new Map();

const utc = (seconds) => new Date(seconds * 1000).toISOString();
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS_FROM = 2 * 86_400;
const clock = (seconds) => `${utc(seconds).slice(5, 16).replace("T", " ")} UTC`;

// Times of day for up to two days, dates beyond; in UTC like every time of the page.
function labels(chart, times) {
  const isLong = chart.scales.x.max - chart.scales.x.min > DAYS_FROM;
  return times.map((seconds) => {
    const at = new Date(seconds * 1000);
    return isLong ? `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}` : utc(seconds).slice(11, 16);
  });
}

// One answer holds every subject of a metric; figures of the same metric share it.
function drawing(figure) {
  const key = `${figure.dataset.trend} ${figure.dataset.newest}`;
  if (!drawings.has(key)) drawings.set(key, ask(figure.dataset.trend));
  return drawings.get(key);
}

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// Colours by name, as they are in the theme that holds now: a canvas knows no custom properties.
function colour(plot, name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  plot.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function faded(found, share) {
  return found.replace(/^rgba?\(([^)]+)\)$/, (_, parts) => {
    return `rgba(${parts.split(",").slice(0, 3).join(",")}, ${share})`;
  });
}

// Where nothing was measured for a while the line is broken.
function withGaps(series) {
  const { at, value, least, most } = series;
  const steps = at.slice(1).map((time, place) => time - at[place]).sort((a, b) => a - b);
  const usual = Math.max(steps[Math.floor(steps.length / 2)] ?? MINUTE, 1);
  const columns = [[], [], [], []];
  at.forEach((time, place) => {
    if (place && time - at[place - 1] > GAP * usual) {
      [at[place - 1] + usual, null, null, null].forEach((each, row) => columns[row].push(each));
    }
    [time, most[place], least[place], value[place]].forEach((each, row) => columns[row].push(each));
  });
  return columns;
}

function spanOf(limits) {
  return (_, least, most) => {
    if (least === null) return [0, 1];
    const values = [least, most, ...limits.map((limit) => limit.value)];
    const low = Math.min(0, ...values);
    const high = Math.max(...values);
    return [low, high === low ? low + 1 : high + (high - low) * 0.12];
  };
}

function drawIncidents(chart, incidents, ink) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px "Plex Sans", sans-serif`;
  let free = 0;
  for (const incident of [...incidents].sort((one, other) => one.from - other.from)) {
    const end = incident.until ?? chart.scales.x.max;
    const left = Math.max(bbox.left, chart.valToPos(incident.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(end, "x", true));
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.fillStyle = faded(ink, 0.1);
    ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
    ctx.fillStyle = faded(ink, 0.6);
    ctx.fillRect(left, bbox.top, devicePixelRatio, bbox.height);
    const wide = ctx.measureText(incident.name).width + 8 * devicePixelRatio;
    const isCut = left + wide > bbox.left + bbox.width;
    const start = (isCut ? left - wide : left) + 4 * devicePixelRatio;
    if (start < free) continue;
    ctx.fillStyle = ink;
    ctx.fillText(incident.name, start, bbox.top + 11 * devicePixelRatio);
    free = start + wide;
  }
  ctx.restore();
}

function drawLimits(chart, limits, inks) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const limit of limits) {
    const y = Math.round(chart.valToPos(limit.value, "y", true));
    ctx.strokeStyle = inks[limit.severity] ?? inks.warning;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function readout(plot, columns, unit) {
  const words = document.createElement("span");
  words.className = "trend-readout";
  words.hidden = true;
  plot.append(words);
  return (chart) => {
    const place = chart.cursor.idx;
    const value = place === null || place === undefined ? null : columns[3][place];
    words.hidden = value === null || value === undefined;
    if (words.hidden) return;
    words.textContent = `${Number(value.toPrecision(4))} ${unit} · ${clock(columns[0][place])}`;
  };
}

function optionsOf(plot, drawn, columns) {
  const [line, ink, rule] = ["accent", "ink-soft", "line"].map((name) => colour(plot, name));
  const inks = { critical: colour(plot, "bad"), warning: colour(plot, "wait") };
  const event = colour(plot, "odd-ink");
  const axis = { stroke: ink, font: FONT, grid: { stroke: rule, width: 1 }, ticks: { show: false } };
  const quiet = { stroke: "transparent", points: { show: false } };
  const say = readout(plot, columns, drawn.unit);
  return {
    width: plot.clientWidth,
    height: plot.clientHeight,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "trends" }, points: { size: 6 } },
    scales: { x: { range: [drawn.since, drawn.until] }, y: { range: spanOf(drawn.limits) } },
    axes: [
      { ...axis, size: 22, gap: 2, space: 60, grid: { show: false }, values: labels },
      { ...axis, size: 38, gap: 3, space: 28 },
    ],
    series: [
      {},
      quiet,
      quiet,
      { stroke: line, width: 1.5, points: { show: columns[0].length < 3, size: 5 } },
    ],
    bands: [{ series: [1, 2], fill: faded(line, 0.18) }],
    hooks: {
      drawClear: [(chart) => drawIncidents(chart, drawn.incidents, event)],
      draw: [(chart) => drawLimits(chart, drawn.limits, inks)],
      setCursor: [say],
    },
  };
}

async function draw(figure) {
  const plot = figure.querySelector(".trend-plot");
  const subject = figure.dataset.subject;
  const newest = figure.dataset.trend + figure.dataset.newest;
  if (charts.get(plot)?.newest === newest) return;
  charts.get(plot)?.chart?.destroy();
  charts.set(plot, { newest });
  try {
    const drawn = await drawing(figure);
    const series = drawn.series.find((each) => each.subject === subject);
    if (!series || charts.get(plot).newest !== newest) return;
    plot.replaceChildren();
    const columns = withGaps(series);
    const chart = new uPlot(optionsOf(plot, drawn, columns), columns, plot);
    charts.set(plot, { newest, chart });
    plot.dataset.drawn = "";
  } catch (error) {
    const words = document.createElement("p");
    words.className = "trend-words";
    words.textContent = `This could not be drawn (${error.message}). Its title leads to the numbers.`;
    plot.replaceChildren(words);
  }
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      entry.target.dataset.isSeen = String(entry.isIntersecting);
      if (entry.isIntersecting) draw(entry.target);
    }
  },
  { rootMargin: "200px" },
);
const sized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const { chart } = charts.get(target) ?? {};
    if (chart && target.clientWidth) {
      chart.setSize({ width: target.clientWidth, height: target.clientHeight });
    }
  }
});

function watch() {
  for (const figure of document.querySelectorAll("[data-trend]")) {
    seen.observe(figure);
    sized.observe(figure.querySelector(".trend-plot"));
    if (figure.dataset.isSeen === "true") draw(figure);
  }
}

function drawAgain() {
  for (const known of charts.values()) known.newest = "";
  watch();
}

document.addEventListener("htmx:afterSettle", watch);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
new MutationObserver(drawAgain).observe(document.documentElement, {
  attributeFilter: ["data-theme"],
});
watch();
