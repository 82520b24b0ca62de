document.body.textContent = "front";
