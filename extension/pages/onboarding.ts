import { start } from './start'
import Onboarding from './Onboarding.svelte'

start(Onboarding)
