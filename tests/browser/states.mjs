// Every view of the tool in every state that it can be in, looked at in both themes.
//
//   node states.mjs SERVER PICTURES [ONLY]
//
// On a server where people sign in, with the tokens of ANNA, BEN, LONG (whose name has sixty
// characters) and VERA (who may only look) in the environment, and nothing in it yet. ONLY is a
// pattern: states with other names are passed through and not looked at. Prints one JSON object.
import { launch, Scene } from './support.mjs'
import { inspectors, makings, overlays, panels, records, selections } from './states/desk.mjs'
import { Gaze } from './states/gaze.mjs'
import { large } from './states/large.mjs'
import { names } from './states/names.mjs'
import { Room } from './states/room.mjs'
import { rooms } from './states/rooms.mjs'
import { beginning, conflict, offline, readOnly, refusal } from './states/together.mjs'

const [server, pictures, only] = process.argv.slice(2)
const { ANNA, BEN, LONG, VERA } = process.env
const scene = new Scene(await launch(), server, pictures)
const gaze = new Gaze(scene, only ? new RegExp(only) : null)
const room = new Room(scene, server, 'orders')

// The browser itself logs answers that are errors and lines that are cut, which some states are about.
const EXPECTED = /status of (404|409|422|503)|CLOSING or CLOSED/

/** A group that fails is told of, and the others are looked at all the same. */
async function group (work, ...people) {
  try {
    await work(gaze, room, ...people)
  } catch (error) {
    scene.faults.push(`after ${gaze.states.at(-1)}: ${error.message.split('\n').slice(0, 3).join(' ')}`)
    await scene.shoot(people[0].page ?? people[0], `failed-after-${gaze.states.at(-1)}`)
    await (people[0].page ?? people[0]).reload()
  }
}

await scene.play(async () => {
  const anna = await room.person('anna', ANNA, { expected: EXPECTED })
  await rooms(gaze, room, anna.page)
  const ben = await room.person('ben', BEN)
  const long = await room.person('maximiliane', LONG, { hasSeenTour: false })
  for (const { page } of [anna, ben, long]) await room.enter(page)
  await group(panels, anna.page)
  await group(selections, anna.page, [ben.page, long.page])
  // Whoever is not looked at would go on drawing what the others do.
  await long.page.goto('about:blank')
  await group(inspectors, anna.page)
  await group(overlays, anna.page)
  await group(makings, anna.page)
  await group(records, anna.page)
  await group(conflict, anna, ben)
  await group(refusal, anna, ben)
  await ben.page.close()
  await group(offline, anna)
  const vera = await room.person('vera', VERA)
  await group(readOnly, vera)
  await vera.page.close()
  await group(names, anna.page)
  await group(beginning, long)
  await group(large, anna)
  console.log(JSON.stringify({ states: gaze.states, faults: scene.faults }))
})
