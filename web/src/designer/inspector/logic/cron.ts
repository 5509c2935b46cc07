/** Schedules of cron in words, as far as people write them: minute, hour, day, month, weekday. */
export const SCHEDULES: readonly { readonly cron: string; readonly title: string }[] = [
  { cron: "*/15 * * * *", title: "Every 15 minutes" },
  { cron: "0 * * * *", title: "Every hour" },
  { cron: "0 3 * * *", title: "Every night at 03:00" },
  { cron: "0 8 * * 1-5", title: "Weekdays at 08:00" },
  { cron: "0 8 * * 1", title: "Mondays at 08:00" },
  { cron: "0 6 1 * *", title: "First of the month at 06:00" },
];

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** One sentence, or null for what has not five fields. */
export function cronWords(cron: string): string | null {
  const fields = cron.trim().split(/\s+/u);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || minute === undefined || hour === undefined || day === undefined || month === undefined || weekday === undefined) return null;
  if (fields.some((field) => !/^[\dA-Za-z*/,-]+$/u.test(field))) return null;
  return `${timeWords(minute, hour)}${weekdayWords(weekday)}${dayWords(day)}${monthWords(month)}.`;
}

function timeWords(minute: string, hour: string): string {
  if (/^\d+$/u.test(minute) && /^\d+$/u.test(hour)) return `At ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  const minutes = minute === "*" ? "every minute" : minute.startsWith("*/") ? `every ${minute.slice(2)} minutes` : `at minute ${minute}`;
  const hours = hour === "*" ? "" : hour.startsWith("*/") ? ` of every ${hour.slice(2)}th hour` : ` of hour ${hour}`;
  return `${minutes.charAt(0).toUpperCase()}${minutes.slice(1)}${minute !== "*" && hour === "*" && !minute.startsWith("*/") ? " of every hour" : hours}`;
}

function weekdayWords(field: string): string {
  if (field === "*") return "";
  return `, on ${named(field, (number) => DAYS[number])}`;
}

function dayWords(field: string): string {
  if (field === "*") return "";
  return field.startsWith("*/") ? `, every ${field.slice(2)} days` : `, on day ${field.replace("-", " to ").replaceAll(",", ", ")} of the month`;
}

function monthWords(field: string): string {
  return field === "*" ? "" : `, in ${named(field, (number) => MONTHS[number - 1])}`;
}

function named(field: string, name: (number: number) => string | undefined): string {
  return field.replace(/\d+/gu, (digits) => name(Number(digits)) ?? digits).replace("-", " to ").replaceAll(",", ", ");
}
