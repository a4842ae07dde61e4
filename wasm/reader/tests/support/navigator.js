// navigator.hid and navigator.usb as Chromium has them, with emulated devices. Evaluated once for each test.
(() => {
  const fault = (name, message) => new DOMException(message, name)
  const interfaceOf = devices => Object.assign(new EventTarget(), { devices, getDevices: async () => [...devices] })
  const hid = interfaceOf([])
  const usb = interfaceOf([])
  Object.defineProperty(navigator, 'hid', { value: hid, configurable: true, writable: true })
  Object.defineProperty(navigator, 'usb', { value: usb, configurable: true, writable: true })

  /** Takes a device off its interface, as pulling the plug does. */
  const pull = (from, device) => {
    if (!from.devices.includes(device)) return
    from.devices.splice(from.devices.indexOf(device), 1)
    device.opened = false
    device.unplugged?.()
    from.dispatchEvent(Object.assign(new Event('disconnect'), { device }))
  }

  /** What both kinds of devices have: permission, plug, and how often they were opened and closed. */
  const common = (from, device, { heldByOther = false, pullAfter = Infinity }) => Object.assign(device, {
    opened: false,
    log: [],
    sent: 0,
    heldByOther,
    pull: () => pull(from, device),
    countDown: () => { if (++device.sent > pullAfter) device.pull() },
    forget: async () => { device.log.push('forget'); from.devices.splice(from.devices.indexOf(device), 1) },
    close: async () => { device.opened = false; device.log.push('close') },
  })

  const connected = (from, device) => {
    if (!from.devices.includes(device)) throw fault('NotFoundError', 'The device was disconnected.')
  }

  /** A HID device; `take` maps an output report to the input reports that answer it. */
  const addHid = (about, take, options = {}) => {
    const device = common(hid, new EventTarget(), options)
    device.vendorId = about.vendorId
    device.productId = about.productId
    device.productName = about.productName
    device.collections = [{ usagePage: about.usagePage, usage: 1 }]
    device.open = async () => {
      connected(hid, device)
      if (device.heldByOther) throw fault('NotAllowedError', 'Failed to open the device.')
      if (device.opened) throw fault('InvalidStateError', 'The device is already open.')
      device.opened = true
      device.log.push('open')
    }
    device.sendReport = async (reportId, data) => {
      if (!device.opened) throw fault('InvalidStateError', 'The device must be opened first.')
      if (reportId !== 0 || data.byteLength !== 64) throw fault('NotAllowedError', 'Failed to write the report.')
      for (const report of take(new Uint8Array(data))) {
        const bytes = Uint8Array.from([0xEE, ...report])
        setTimeout(() => {
          device.countDown()
          if (device.opened) device.oninputreport?.({ device, reportId: 0, data: new DataView(bytes.buffer, 1) })
        })
      }
    }
    hid.devices.push(device)
    return device
  }

  return { hid, usb, addHid }
})()
