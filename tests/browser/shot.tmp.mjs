import { chromium } from 'playwright-core'
const b = await chromium.launch({ executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync'] })
const p = await b.newPage({ viewport:{width:1280,height:800} })
p.on('console', m=>console.log('console', m.type(), m.text())); p.on('pageerror', e=>console.log('error', e.message))
await p.goto('http://127.0.0.1:8123/rooms/orders'); await p.waitForTimeout(2500); await p.screenshot({path:'/tmp/s2.png'})
await b.close()
