import { mount } from 'svelte'
import '../../shared/paper.css'
import Links from './Links.svelte'

const target = document.getElementById('app')
if (target) mount(Links, { target })
