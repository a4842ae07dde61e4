import { start } from '../../shared/page/start'
import Tour from './Tour.svelte'

start(Tour)
