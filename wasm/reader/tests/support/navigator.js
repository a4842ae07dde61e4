// navigator.hid and navigator.usb as Chromium has them, with emulated devices. Evaluated once for each test.
;(() => {
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

  /** What both kinds of devices have: permission, plug, and a log of what was done with them. */
  const common = (from, device, { heldByOther = false, pullAfter = Infinity, never = [] }) =>
    Object.assign(device, {
      opened: false,
      log: [],
      sent: 0,
      heldByOther,
      /** What is asked of the device without ever being answered: open, send, close. */
      never,
      hangs: what => (device.never.includes(what) ? new Promise(() => {}) : undefined),
      pull: () => pull(from, device),
      pulledNow: () => ++device.sent > pullAfter,
      forget: async () => {
        device.log.push('forget')
        from.devices.splice(from.devices.indexOf(device), 1)
      },
      close: async () => {
        await device.hangs('close')
        device.opened = false
        device.log.push('close')
      },
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
      await device.hangs('open')
      if (device.heldByOther) throw fault('NotAllowedError', 'Failed to open the device.')
      if (device.opened) throw fault('InvalidStateError', 'The device is already open.')
      device.opened = true
      device.log.push('open')
    }
    device.sendReport = async (reportId, data) => {
      if (!device.opened) throw fault('InvalidStateError', 'The device must be opened first.')
      await device.hangs('send')
      if (reportId !== 0 || data.byteLength !== 64) throw fault('NotAllowedError', 'Failed to write the report.')
      for (const report of take(new Uint8Array(data))) {
        const bytes = Uint8Array.from([0xee, ...report])
        setTimeout(() => {
          if (device.pulledNow()) device.pull()
          if (device.opened) device.oninputreport?.({ device, reportId: 0, data: new DataView(bytes.buffer, 1) })
        })
      }
    }
    hid.devices.push(device)
    return device
  }

  /** An interface as its descriptor has it; `endpoints` are numbers, negative ones out. */
  const described = ({ number, classCode, endpoints }) => {
    const alternate = {
      interfaceClass: classCode,
      endpoints: endpoints.map(endpoint => ({
        endpointNumber: Math.abs(endpoint),
        direction: endpoint < 0 ? 'out' : 'in',
        packetSize: 64,
      })),
    }
    return { interfaceNumber: number, alternate, alternates: [alternate] }
  }

  /** A USB device; `take` maps what is sent out to what comes in. */
  const addUsb = (about, take, options = {}) => {
    const device = common(usb, {}, options)
    const configuration = { configurationValue: 1, interfaces: about.interfaces.map(described) }
    Object.assign(device, {
      vendorId: about.vendorId,
      productId: about.productId,
      productName: about.productName,
      configuration: null,
      claimed: null,
    })
    const packets = []
    const readers = []
    const deliver = () => {
      while (packets.length > 0 && readers.length > 0) readers.shift().resolve({ status: 'ok', data: packets.shift() })
    }
    const endpoint = (number, direction) => {
      connected(usb, device)
      if (device.claimed === null) throw fault('InvalidStateError', 'The interface must be claimed first.')
      const { endpoints } = device.claimed.alternate
      if (!endpoints.some(one => one.endpointNumber === number && one.direction === direction))
        throw fault('NotFoundError', 'No such endpoint.')
    }
    device.unplugged = () => {
      for (const reader of readers.splice(0)) reader.reject(fault('NetworkError', 'A transfer error has occurred.'))
    }
    device.open = async () => {
      connected(usb, device)
      await device.hangs('open')
      if (device.noAccess) throw fault('SecurityError', 'Access denied.')
      device.opened = true
      device.log.push('open')
    }
    device.selectConfiguration = async value => {
      if (value !== 1) throw fault('NotFoundError', 'No such configuration.')
      device.configuration = configuration
    }
    device.claimInterface = async number => {
      const found = configuration.interfaces.find(one => one.interfaceNumber === number)
      if (!device.opened || device.configuration === null) throw fault('InvalidStateError', 'The device must be opened first.')
      if (found === undefined) throw fault('NotFoundError', 'No such interface.')
      if (found.alternate.interfaceClass === 0x0b) throw fault('SecurityError', 'The requested interface implements a protected class.')
      if (device.heldByOther) throw fault('NetworkError', 'Unable to claim interface.')
      device.claimed = found
      device.log.push(`claim ${number}`)
    }
    device.releaseInterface = async () => {
      device.claimed = null
      device.log.push('release')
    }
    device.transferOut = async (number, data) => {
      endpoint(number, 'out')
      await device.hangs('send')
      const answers = take(new Uint8Array(data))
      if (device.pulledNow()) setTimeout(device.pull)
      else
        for (const answer of answers) {
          for (let at = 0; at < answer.length; at += 64) packets.push(new DataView(answer.slice(at, at + 64).buffer))
        }
      setTimeout(deliver)
      return { status: 'ok', bytesWritten: data.byteLength }
    }
    device.transferIn = async (number, length) => {
      endpoint(number, 'in')
      if (length < 64) return { status: 'babble', data: null }
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject })
        deliver()
      })
    }
    /** Control transfers to the vendor's interface, for a device that takes `bmRequestType bRequest data`. */
    const control = (type, { requestType, recipient, request, value, index }, data) => {
      connected(usb, device)
      if (requestType !== 'vendor' || recipient !== 'interface' || value !== 0) throw fault('NetworkError', 'No such request.')
      if (device.claimed?.interfaceNumber !== index) throw fault('InvalidStateError', 'The interface must be claimed first.')
      if (device.pulledNow()) device.pull()
      connected(usb, device)
      return take(Uint8Array.from([type, request, ...data]))[0]
    }
    device.controlTransferOut = async (setup, data) => ({ status: control(0x41, setup, new Uint8Array(data)) ? 'ok' : 'stall' })
    device.controlTransferIn = async (setup, length) => {
      const answer = control(0xc1, setup, [length >> 8, length & 255])
      return answer ? { status: 'ok', data: new DataView(answer.slice().buffer) } : { status: 'stall', data: null }
    }
    usb.devices.push(device)
    return device
  }

  return { hid, usb, addHid, addUsb }
})()
