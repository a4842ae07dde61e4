import { mount } from 'svelte'
import '../shared/paper.css'
import Home from './Home.svelte'
import { name } from './words.ts'

document.title = name
const target = document.getElementById('app')
if (target) mount(Home, { target })
