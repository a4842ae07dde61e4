import { mount } from 'svelte'
import { nameOf, ownName } from '../shared/neighbours.ts'
import '../shared/paper.css'
import App from './App.svelte'

const name = nameOf(ownName('hayate'))
document.title = name
const target = document.getElementById('app')
if (target) mount(App, { target, props: { name } })
