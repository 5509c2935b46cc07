// Looking at the canvas: zoom at the pointer, by keys and by pinching, moving the page, and its widths.
//
//   node zoom.mjs SERVER ROOM
//
// The room's first page has to be longer than the window at 200 %. Prints one JSON object: facts
// that have to be true.
import { Hand } from './hands.mjs'
import { launch, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const scene = new Scene(await launch(), server)
const NEAR_PX = 3

await scene.play(async () => {
  const anna = new Hand(await scene.open(`/rooms/${room}`, 'anna'), 'anna')
  const { page } = anna
  await page.getByTestId('save-state').getByText('Saved').waitFor()
  const canvas = page.getByRole('region', { name: 'Canvas' })
  const heading = canvas.getByRole('heading').first()
  await heading.waitFor()
  const board = canvas.locator('.dr-artboard')
  const percent = async () => Number(/\d+/.exec(await page.getByRole('button', { name: /^Zoom \d+ %/ }).innerText())[0])
  const at = wanted => until(async () => await percent() === wanted, `${wanted} %`)
  const scroll = () => canvas.locator('.dr-canvas').boundingBox().then(frame => board.boundingBox().then(box => [frame.x - box.x, frame.y - box.y]))
  const said = {}

  // By keys: in and out by steps, 100 %, and all of it.
  await anna.keys('Alt+6')
  await anna.at(/^Page canvas$/)
  await anna.keys('Control+0')
  await at(100)
  await anna.keys('Control+=', 'Control+=')
  await at(125)
  await anna.keys('Control+-')
  await at(110)
  await anna.keys('Shift+1')
  const [seen, all] = await until(async () => {
    const [frame, box] = [await canvas.locator('.dr-canvas').boundingBox(), await board.boundingBox()]
    return box.width <= frame.width && [frame, box]
  }, 'the page to fit')
  said.fits = all.x >= seen.x && all.x + all.width <= seen.x + seen.width

  // The wheel with Ctrl zooms where the pointer is: that point of the page stays under it.
  await anna.keys('Control+0')
  await at(100)
  for (const step of [125, 150, 175, 200]) {
    await anna.keys(...(step === 125 ? ['Control+=', 'Control+='] : ['Control+=']))
    await at(step)
  }
  const stays = async (turn, what) => {
    const [before, zoom] = [await board.boundingBox(), await percent()]
    const pointer = { x: before.x + before.width * 0.4, y: before.y + 160 }
    await anna.mouse.move(pointer.x, pointer.y)
    await turn(pointer)
    await until(async () => await percent() !== zoom, `${what} to zoom`)
    const after = await board.boundingBox()
    const point = { x: after.x + (pointer.x - before.x) * after.width / before.width, y: after.y + (pointer.y - before.y) * after.width / before.width }
    return Math.abs(point.x - pointer.x) <= NEAR_PX && Math.abs(point.y - pointer.y) <= NEAR_PX
  }
  said.wheelZoomsAtThePointer = await stays(async () => {
    await anna.raw.keyboard.down('Control')
    await anna.mouse.wheel(0, -100)
    await anna.raw.keyboard.up('Control')
  }, 'the wheel')
  // A pinch is told as a wheel with Ctrl that nobody holds.
  const session = await anna.raw.context().newCDPSession(anna.raw)
  said.pinchZoomsAtThePointer = await stays(({ x, y }) => session.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x, y, deltaX: 0, deltaY: -40, modifiers: 2 }), 'the pinch')
  const grown = await percent()
  await anna.mouse.wheel(0, 50)
  said.wheelAloneScrolls = await until(async () => (await scroll())[1] > 0, 'the wheel to scroll') && await percent() === grown

  // The page moves with the pointer: with Space, and with the middle button.
  const box = await canvas.locator('.dr-canvas').boundingBox()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const moves = async (press, release) => {
    await anna.mouse.move(x, y)
    const before = await scroll()
    await press()
    await anna.mouse.move(x - 60, y - 40, { steps: 5 })
    await release()
    await until(async () => {
      const [left, top] = await scroll()
      return Math.abs(left - before[0] - 60) <= NEAR_PX && Math.abs(top - before[1] - 40) <= NEAR_PX
    }, 'the page to move')
    return true
  }
  await anna.keys('Alt+6')
  said.spaceMovesThePage = await moves(
    async () => { await anna.raw.keyboard.down('Space'); await anna.mouse.down() },
    async () => { await anna.mouse.up(); await anna.raw.keyboard.up('Space') }
  )
  said.middleButtonMovesThePage = await moves(() => anna.mouse.down({ button: 'middle' }), () => anna.mouse.up({ button: 'middle' }))

  // Widths by keys: they are one stop of Tab, and arrows go through them.
  await anna.keys('Control+0')
  await at(100)
  await anna.tabTo(/^Fit$/, 'Shift+Tab')
  const widths = []
  for (let index = 0; index < 3; index += 1) {
    await anna.keys('ArrowRight')
    const wanted = [1280, 768, 390][index]
    await until(async () => await board.getAttribute('style').then(style => style.includes(`width: ${wanted}px`)), `a width of ${wanted}`)
    widths.push(wanted)
  }
  said.widthsByKeys = widths.join() === '1280,768,390'
  console.log(JSON.stringify({ said, faults: scene.faults }))
})
