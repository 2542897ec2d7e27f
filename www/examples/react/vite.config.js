import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Nothing here is for Polytask.
export default defineConfig({ plugins: [react()] });
