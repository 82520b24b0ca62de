import gradio as gr

demo = gr.Interface(fn=lambda text: text.upper(), inputs="text", outputs="text")

if __name__ == "__main__":
    demo.launch()
