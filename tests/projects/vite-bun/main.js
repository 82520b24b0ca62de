document.body.style.background = location.hash || "teal";
