// Says on standard error where the main thread stands when it does not come back for seconds.
//
// A worker asks through the inspector, because a thread that is busy cannot tell.
import { writeSync } from 'node:fs'
import { Session } from 'node:inspector'
import { Worker, isMainThread, workerData } from 'node:worker_threads'

const BEAT_MS = 250
const LOOK_MS = 1_000
const SILENCE_MS = 10_000
const FRAMES_SHOWN = 15

/** Watch the calling thread until the process ends. */
export function watch () {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  new Worker(new URL(import.meta.url), { workerData: beats }).unref()
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref()
}

function stackOf (frames) {
  return frames.slice(0, FRAMES_SHOWN).map(
    ({ functionName, url, location }) => `  ${functionName} (${url}:${location.lineNumber + 1})`
  ).join('\n')
}

/** Look where the main thread is: it stops for that, and for no longer. */
function look (told) {
  const session = new Session()
  session.connectToMainThread()
  session.on('Debugger.paused', ({ params }) => {
    told(params.callFrames)
    session.disconnect()
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

function guard (beats) {
  let seen = 0
  let silent = 0
  setInterval(() => {
    const now = Atomics.load(beats, 0)
    silent = now === seen ? silent + LOOK_MS : 0
    seen = now
    if (silent === 0 || silent % SILENCE_MS !== 0) return
    const title = `the Node process has been busy for ${silent / 1000} s:`
    look((frames) => writeSync(2, `${title}\n${stackOf(frames)}\n`))
  }, LOOK_MS)
}

if (!isMainThread) guard(workerData)
