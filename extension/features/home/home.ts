import { start } from '../../shared/page/start'
import HomePage from './HomePage.svelte'

start(HomePage)
