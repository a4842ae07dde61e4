import { mount } from 'svelte'
import App from './App.svelte'
import './settlement.css'
import { language, server } from './words.ts'

document.documentElement.lang = language
document.title = server

mount(App, { target: document.getElementById('app') ?? document.body })
