"""The browser: a store on a screen, its sessions at the left, one of them at the right, and search in all of them."""
