import { mount } from 'svelte'
import '../paper.css'
import Console from './Console.svelte'

const target = document.getElementById('app')
if (target) mount(Console, { target })
